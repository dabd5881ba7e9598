package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which GPU each process of a machine gets. */
class DevicesTest {
  @Test
  void itsOwnNumberWhereNoneAreChosen() {
    assertThat(Devices.gpu(Optional.empty(), 3)).isEqualTo("3");
  }

  /** A process with one of its own keeps it; of a list each has another, those beyond it none. */
  @ParameterizedTest
  @CsvSource({
    "'5', 0, 5",
    "'5', 1, 5",
    "'', 1, ''",
    "'-1', 1, -1",
    "'4,6', 0, 4",
    "'4, 6', 1, 6",
    "'4,6', 2, -1",
    "'GPU-8a,GPU-9b', 1, GPU-9b"
  })
  void oneOfThoseThatAreLeft(String visible, int number, String own) {
    assertThat(Devices.gpu(Optional.of(visible), number)).isEqualTo(own);
  }
}
