"""What was spent at services, for all processes of a workspace.

daily     of requests and tokens                  (minute: in the last one)
quota     of YouTube's
money     in US dollars
"""
