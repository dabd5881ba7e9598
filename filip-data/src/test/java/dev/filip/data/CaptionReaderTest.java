package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptionReaderTest {
  @TempDir Path folder;

  @Test
  void whatHasNoCaptionIsCountedOnceWithItsReason() throws IOException {
    try (SampleSource source =
        Tars.write(folder, i -> i % 3 == 0 ? " " : i % 3 == 1 ? "one\ntwo " + i : "three", 5, 4)) {
      CaptionReader reader = new CaptionReader();
      assertThat(reader.shard(source, 0, Integer.MAX_VALUE))
          .containsExactly("one", "two 1", "three", "one", "two 4");
      assertThat(reader.shard(source, 1, 2)).containsExactly("three", "one", "two 7");
      assertThat(reader.skipped().counts()).isEqualTo(Map.of("no caption", 2));
      assertThat(reader.skipped().line()).isEqualTo("{no caption=2}, such as 0:0: k0: no caption");
      assertThat(reader.none("x"))
          .hasMessage(
              "no sample of x has a caption that can be used: {no caption=2}, such as 0:0: k0: no"
                  + " caption");
    }
  }
}
