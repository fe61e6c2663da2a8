// The living page: all of its modules.

import "./main.js";
import "./sample_graph.js";
import "./training_controls.js";
