#!/bin/sh
# Records the fixtures of this folder again: Node and npm are needed. Outside CI; run it in this folder.
# 2.0.0-beta.24 is installed without scripts: its graphics library would be compiled, and training does without.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --ignore-scripts --prefix "$work" brain-1@npm:brain.js@1.6.1 brain-2@npm:brain.js@2.0.0-beta.24
NODE_PATH="$work/node_modules" node record.js
