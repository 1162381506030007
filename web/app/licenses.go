package app

import _ "embed"

// licenses are the licences of everything that the program contains, which have to go with it. It is written by make generate.
//
//go:embed licenses/licenses.txt
var licenses string
