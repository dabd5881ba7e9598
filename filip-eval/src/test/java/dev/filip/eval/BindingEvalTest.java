package dev.filip.eval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Interaction;
import dev.filip.encode.FakeEmbedder;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class BindingEvalTest {
  private static final String FOILS =
      "{\"foils\": {\"colour\": \"green-ball\", \"noun\": \"red-box\", \"relation\": \"red-ball\"}}";

  @Test
  void theTrueCaptionMustBeatTheFoil() throws IOException {
    for (Interaction interaction : Interaction.values()) {
      FakeEmbedder model = new FakeEmbedder(1, 3, interaction);
      FakeSource source =
          new FakeSource()
              .add("red-ball sky sky", -1, FOILS, "red-ball") // beats both, ties with itself
              .add(
                  "red-box sky sky",
                  -1,
                  FOILS,
                  "red-ball") // loses to red-box, ties with green-ball
              .add("red-box sky sky", "red-ball");
      BindingEval.Result result = new BindingEval(null).run(model, EvalData.all(source));
      assertThat(value(result, "colour")).isEqualTo(0.75);
      assertThat(value(result, "noun")).isEqualTo(0.5);
      assertThat(value(result, "relation")).isEqualTo(0.5);
      assertThat(result.images()).isEqualTo(2);
      assertThat(result.skipped().byReason()).containsEntry("no foils", 1);
      assertThat(result.toJson().at("/binding/colour/chance").asDouble()).isEqualTo(0.5);
    }
  }

  private static double value(BindingEval.Result result, String kind) {
    return java.util.Objects.requireNonNull(result.byKind().get(kind)).value();
  }
}
