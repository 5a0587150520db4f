"""What is added to a published film, each as a step of its own.

steps        `Extras` (what is requested) and `Step` (the Protocol)
plan         the steps for one film
execution    runs steps one by one, each journalled before and after
runner       plans and runs all steps for one film
thumbnail    thumbnails.set
captions     captions.insert, a track per language
titles       localized titles and descriptions
playlist     playlistItems.insert, into a playlist that is created if missing
link         a link from the previous or next episode's description
"""

from pipeline.publishing.youtube.extras.runner import ExtrasRunner
from pipeline.publishing.youtube.extras.steps import Extras, Title

__all__ = ["Extras", "ExtrasRunner", "Title"]
