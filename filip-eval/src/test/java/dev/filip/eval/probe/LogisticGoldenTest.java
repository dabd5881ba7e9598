package dev.filip.eval.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.tensor.Natives;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Beside scikit-learn's LogisticRegression ({@code compat/make_probe_goldens.py}). */
class LogisticGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/probe");

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  static Stream<Arguments> cases() {
    return Json.read(GOLDEN.resolve("expected.json")).path("cases").properties().stream()
        .flatMap(c ->
            c.getValue().properties().stream()
                .map(fits -> Arguments.of(c.getKey(), fits.getKey(), fits.getValue())));
  }

  private static Labelled read(String name, String kind) throws IOException {
    Path folder = GOLDEN.resolve(name);
    return Labelled.open(
        folder.resolve(kind + "features.npy"), folder.resolve(kind + "labels.npy"));
  }

  /**
   * At scikit-learn's own tolerance the objective is never above its, and equal to it wherever it
   * is near its minimum itself; at a strict one both are at the minimum.
   */
  @ParameterizedTest(name = "{0} C {1}")
  @MethodSource("cases")
  void isScikitLearns(String name, String c, JsonNode expected) throws IOException {
    Labelled train = read(name, "");
    Labelled test = read(name, "test_");
    double least = expected.at("/tight/objective").asDouble();
    double theirs = expected.at("/default/objective").asDouble();
    double ours = fit(train, c, 1e-4).objective();
    assertThat(ours)
        .isLessThan(theirs * (1 + 1e-4))
        .isBetween(least * (1 - 1e-5), least * (1 + 1e-4));
    if (theirs < least * (1 + 5e-5)) {
      assertThat(ours).isCloseTo(theirs, within(1e-4 * theirs));
    }
    LogisticRegression.Fit strict = fit(train, c, 1e-6);
    assertThat(strict.converged()).isTrue();
    assertThat(strict.objective()).isCloseTo(least, within(1e-6 * least));
    assertThat(strict.classifier().judge(test).top(1))
        .isCloseTo(expected.at("/tight/top1").asDouble(), within(1e-3));
  }

  private static LogisticRegression.Fit fit(Labelled train, String c, double tolerance) {
    LogisticRegression.Stop stop = new LogisticRegression.Stop(tolerance, 1000);
    try (var regression = new LogisticRegression(List.of(train), train.classes(), stop)) {
      return regression.fit(Double.parseDouble(c), null, null);
    }
  }
}
