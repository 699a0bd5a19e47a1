"""What comes out of grading: pages for students and teachers, the class report, files for other platforms."""
