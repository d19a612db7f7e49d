"""The live picture: plots of every source become one track for each aircraft, as good as it says that it is."""

from armslength.engine.picture.tracks import Picture, Taken

__all__ = ["Picture", "Taken"]
