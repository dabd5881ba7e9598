package dev.filip.image;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.Json;
import dev.filip.testing.Mutations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged pictures of every kind are read or refused in one line, in bounded time and memory. */
class DamagedImagesTest {
  private static final DecodeOptions SMALL =
      DecodeOptions.DEFAULT.withMaxPixels(1 << 20).withExifRotation(true);

  /** Packed pixels, turned ones, flat ones and three bytes a pixel of the largest picture. */
  private static final long MOST = 32L << 20;

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "webp", "gif", "bmp"})
  void areReadOrRefused(String kind) throws Throwable {
    Mutations damaged =
        Mutations.of(kind, whole(kind)).refusing(UndecodableImage.class).allocating(MOST);
    NativeErrors.silently(() -> damaged.check(file -> ImageDecoder.decode(file, SMALL)));
  }

  private static List<byte[]> whole(String kind) throws IOException {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(Goldens.path("decode"))) {
      for (Path file : all.filter(p -> p.toString().endsWith("." + kind)).sorted().toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    for (var entry : Json.read(Goldens.path("pictures.json")).properties()) {
      JsonNode golden = entry.getValue();
      if (entry.getKey().endsWith("." + kind) && !golden.has("refused")) {
        files.add(Base64.getDecoder().decode(golden.path("file").textValue()));
      }
    }
    return files;
  }
}
