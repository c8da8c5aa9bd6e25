"""Knowledge base and semantic search for Chinese policy and practice documents."""

__version__ = "0.1.0"

__all__ = ["__version__"]
