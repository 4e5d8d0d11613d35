"""A network in training that can be watched, paused, stepped and rewound."""
