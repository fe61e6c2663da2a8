// The scalar graph of one sample's loss, with this moment's weights.

import { chooseOne } from "./training.js";

/** Shows the graph of a sample. */
export function openSample(place) {
  chooseOne(place);
}
