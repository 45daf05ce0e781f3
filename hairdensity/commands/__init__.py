"""The commands, a module each: they parse and print, and leave the work to the modules of these names."""
