package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  /** CRC-32C of 123456789 is 0xe3069283 (RFC 3720's check value); the mask by hand from it. */
  @Test
  void crcIsCastagnolisMasked() {
    byte[] nine = "123456789".getBytes(StandardCharsets.US_ASCII);
    int turned = (0xe3069283 >>> 15) | (0xe3069283 << 17);
    assertThat(EventFile.TfRecord.maskedCrc(nine, 0, 9)).isEqualTo(turned + 0xa282ead8);
  }

  @Test
  void aFrameIsLengthDataAndTwoSums() {
    byte[] frame = EventFile.TfRecord.frame(new byte[] {7, 8, 9});
    assertThat(frame).hasSize(8 + 4 + 3 + 4).startsWith(3, 0, 0, 0, 0, 0, 0, 0);
    assertThat(frame[12]).isEqualTo((byte) 7);
    byte[] other = EventFile.TfRecord.frame(new byte[] {7, 8, 10});
    assertThat(other[15]).isNotEqualTo(frame[15]);
    assertThat(other[8]).isEqualTo(frame[8]);
  }

  @Test
  void theFileEqualsTensorBoardsOwnWriter(@TempDir Path folder) throws IOException {
    EventFile events = new EventFile(folder, 300, 1_700_000_000.5);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", 2.5);
    values.put("lr", 0.001);
    events.scalars(350, 1_700_000_001.25, values);
    try (InputStream golden = getClass().getResourceAsStream("events.golden")) {
      assertThat(Files.readAllBytes(events.path()))
          .isEqualTo(Objects.requireNonNull(golden).readAllBytes());
    }
  }
}
