// The living page: all of its modules.

import "./main.js";
import "./one_sample_card.js";
import "./replay.js";
import "./seen.js";
import "./training_controls.js";
import "./weights_text.js";
