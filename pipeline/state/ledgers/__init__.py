"""Ledgers: what was spent at services, counted for all processes of a workspace.

daily     requests and tokens per day             (minute: in the last minute)
quota     YouTube API quota
money     US dollars
"""
