package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherColumnsTest {
  @Test
  void columnsBesideImageAndCaptionAreMetadata(@TempDir Path temp) throws Exception {
    Path table = temp.resolve("t.csv");
    Files.writeString(
        table,
        """
        filepath,year,title,tag,good,mixed,price
        a.png,2010,a cat,x,true,1,1.5
        a.png,2099,a cat again,other,false,2,9
        b.png,,a dog,"y, z",FALSE,two,2e3
        """);
    try (SampleSource source =
        Sources.open(table.toString(), SourceOptions.DEFAULT.withOtherColumns())) {
      assertThat(source.text(0).captions()).containsExactly("a cat", "a cat again");
      assertThat(String.valueOf(source.text(0).metadata()))
          .isEqualTo("{\"year\":2010,\"tag\":\"x\",\"good\":true,\"mixed\":\"1\",\"price\":1.5}");
      assertThat(String.valueOf(source.text(1).metadata()))
          .isEqualTo(
              "{\"year\":null,\"tag\":\"y, z\",\"good\":false,\"mixed\":\"two\",\"price\":2000}");
    }
    try (SampleSource source = Sources.open(table.toString(), SourceOptions.DEFAULT)) {
      assertThat(source.text(0).metadata()).isNull();
    }
  }
}
