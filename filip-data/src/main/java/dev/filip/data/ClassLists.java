package dev.filip.data;

import dev.filip.data.store.ShardFiles;
import dev.filip.io.BadInput;
import dev.filip.io.Texts;
import java.io.File;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code classnames.txt} and {@code zeroshot_classification_templates.txt} of CLIP_benchmark's
 * layout; empty lists without them.
 */
record ClassLists(List<String> names, List<String> templates) {
  static final String TEMPLATES = "zeroshot_classification_templates.txt";

  /** In the shard's folder or the one above. */
  static ClassLists beside(String shard, ShardFiles files) {
    String folder = ShardNames.folder(shard);
    if (!files.isRemote(shard)) {
      folder = Path.of(folder).toAbsolutePath().normalize() + File.separator;
    }
    String above = ShardNames.folder(folder.substring(0, Math.max(0, folder.length() - 1)));
    return new ClassLists(
        first(files, folder, above, "classnames.txt"), first(files, folder, above, TEMPLATES));
  }

  private static List<String> first(ShardFiles files, String folder, String above, String file) {
    for (String place : new String[] {folder, above}) {
      byte[] text =
          place.endsWith("://") || place.isEmpty() ? null : ShardSizes.small(files, place + file);
      if (text != null) {
        return lines(place + file, text);
      }
    }
    return List.of();
  }

  /** Lines that are not blank. */
  static List<String> lines(Path file) {
    return Texts.lines(Texts.read(file));
  }

  private static List<String> lines(String file, byte[] text) {
    try {
      return Texts.lines(Texts.of(text));
    } catch (Texts.NotUtf8 e) {
      throw new BadInput(ShardNames.shown(file) + ": " + e.getMessage(), e);
    }
  }
}
