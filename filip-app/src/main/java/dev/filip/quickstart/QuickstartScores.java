package dev.filip.quickstart;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.eval.ModelScores;
import dev.filip.eval.RetrievalEval;

/**
 * What one model of the quickstart scored.
 *
 * @param twins retrieval among scenes whose twin differs only in which object has which attribute
 * @param trainSeconds wall time of its training; NaN when it was there already
 */
public record QuickstartScores(
    ModelScores scores, RetrievalEval.Result twins, double trainSeconds) {

  /** One entry of {@code models} in the answer. */
  public ObjectNode toJson() {
    ObjectNode json = scores.toJson();
    json.set("retrieval_twins", twins.toJson());
    if (!Double.isNaN(trainSeconds)) {
      json.put("train_seconds", Math.round(trainSeconds * 10) / 10.0);
    }
    return json;
  }
}
