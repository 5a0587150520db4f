"""Thumbnails: `drawing` composes them from the title, a picture (`picture`) and an episode number (`badge`).

All are drawn on a `canvas`.
"""
