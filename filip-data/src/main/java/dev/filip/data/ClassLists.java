package dev.filip.data;

import dev.filip.io.BadInput;
import dev.filip.io.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code classnames.txt} and {@code zeroshot_classification_templates.txt} of CLIP_benchmark's
 * layout; empty lists without them.
 */
record ClassLists(List<String> names, List<String> templates) {
  static final String TEMPLATES = "zeroshot_classification_templates.txt";

  /** In the shard's folder or the one above. */
  static ClassLists beside(Path shard) {
    Path folder = shard.toAbsolutePath().getParent();
    Path above = folder == null ? null : folder.getParent();
    return new ClassLists(first(folder, above, "classnames.txt"), first(folder, above, TEMPLATES));
  }

  private static List<String> first(@Nullable Path folder, @Nullable Path above, String file) {
    for (Path place : new Path[] {folder, above}) {
      if (place != null && Files.isRegularFile(place.resolve(file))) {
        return lines(place.resolve(file));
      }
    }
    return List.of();
  }

  /** Lines that are not blank. */
  static List<String> lines(Path file) {
    try {
      return SourceFiles.captions(Files.readString(file));
    } catch (IOException e) {
      throw new BadInput("cannot read " + file + ": " + Reasons.of(e), e);
    }
  }
}
