# A file as the lines of a string in C.
s/[\\"]/\\&/g
s/.*/"&\\n"/
