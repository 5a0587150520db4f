"""The stills beside a film: `drawing`, of the words, the picture and the badge of an episode."""
