"""The exercises of lesson 01: lists, loops, dictionaries, files and a class, in plain Python."""
