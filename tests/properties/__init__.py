"""What holds for every operation and every graph, tested on examples that hypothesis draws."""
