"""More than the film: what is added to one that is out. Each is a step of its own.

wanted       what is asked for; what a step can do
plan         the steps of one film
doing        one step after the other, saved before and after
adding       all of them, for one film
thumbnail    its picture
captions     its words, a track for each language
titles       its title and description in the languages of its family
playlist     its place in a playlist, which is made if there is none of that name
link         the way to it from the episode before
"""

from pipeline.publishing.youtube.extras.adding import Adding
from pipeline.publishing.youtube.extras.wanted import Extras, Title

__all__ = ["Adding", "Extras", "Title"]
