// The living page: all that each of them needs.

import "./main.js";
import "./one_sample_card.js";
import "./seen.js";
import "./training_controls.js";
import "./weights_text.js";
