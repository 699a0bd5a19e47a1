"""The walls around one submission, what lies inside them, and the talk through the one pipe out."""
