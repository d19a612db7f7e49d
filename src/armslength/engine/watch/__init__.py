"""The live watch: elements of two parties that will come too close, and how long there is left."""

from armslength.engine.watch.watch import Watch

__all__ = ["Watch"]
