"""One reader per format, all behind `kb.ports.Reader`."""
