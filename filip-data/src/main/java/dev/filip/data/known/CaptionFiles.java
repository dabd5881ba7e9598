package dev.filip.data.known;

import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The files that tell which captions an image has: image file to captions, in order. Stateless. */
final class CaptionFiles {
  private CaptionFiles() {}

  /** COCO's: images in the order of their ids, as torchvision has them, captions in the file's. */
  static SequencedMap<String, List<String>> coco(Path file) {
    TreeMap<Long, String> names = new TreeMap<>();
    Map<Long, List<String>> captions = new LinkedHashMap<>();
    JsonElements.each(
        file,
        Map.of(
            "images",
            image ->
                names.put(
                    JsonElements.whole(file, image, "id"),
                    JsonElements.text(file, image, "file_name")),
            "annotations",
            note ->
                captions
                    .computeIfAbsent(
                        JsonElements.whole(file, note, "image_id"), _ -> new ArrayList<>())
                    .add(JsonElements.text(file, note, "caption"))));
    SequencedMap<String, List<String>> all = new LinkedHashMap<>();
    names.forEach((id, name) -> all.put(name, captions.getOrDefault(id, List.of())));
    return all;
  }

  /** Karpathy's: the images of a split in the file's order. */
  static SequencedMap<String, List<String>> karpathy(Path file, Predicate<String> split) {
    SequencedMap<String, List<String>> all = new LinkedHashMap<>();
    JsonElements.each(
        file,
        Map.of(
            "images",
            image -> {
              if (split.test(image.path("split").asText())) {
                String folder = image.path("filepath").asText();
                String name = JsonElements.text(file, image, "filename");
                List<String> captions = new ArrayList<>();
                image
                    .path("sentences")
                    .forEach(s -> captions.add(JsonElements.text(file, s, "raw")));
                all.put(folder.isEmpty() ? name : folder + "/" + name, captions);
              }
            }));
    return all;
  }

  /** Flickr30K's {@code IMAGE#NUMBER TAB CAPTION}, in plain order of the images. */
  static SequencedMap<String, List<String>> token(Path file) {
    SequencedMap<String, List<String>> all = new TreeMap<>();
    for (String line : Places.lines(file)) {
      int tab = line.indexOf('\t');
      int number = line.lastIndexOf('#', Math.max(0, tab));
      if (tab < 0 || number < 1) {
        throw new BadInput(file + ": line must be IMAGE#NUMBER TAB CAPTION, got " + line);
      }
      add(all, line.substring(0, number), line.substring(tab + 1));
    }
    return all;
  }

  /**
   * Kaggle's {@code image_name| comment_number| comment}, in plain order of the images. One row of
   * it has no second bar: {@code 2199200615.jpg| 4 A dog runs ...}.
   */
  static SequencedMap<String, List<String>> results(Path file) {
    SequencedMap<String, List<String>> all = new TreeMap<>();
    List<String> lines = Places.lines(file);
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] fields = line.split("\\|", 3);
      String caption =
          switch (fields.length) {
            case 3 -> fields[2];
            case 2 -> fields[1].replaceFirst("^\\s*\\d+\\s+", "");
            default ->
                throw new BadInput(file + ": line must be IMAGE| NUMBER| CAPTION, got " + line);
          };
      add(all, fields[0].strip(), caption);
    }
    return all;
  }

  /** CLIP_benchmark's: a header, then {@code IMAGE.jpg,CAPTION}; captions hold commas. */
  static SequencedMap<String, List<String>> commas(Path file) {
    SequencedMap<String, List<String>> all = new LinkedHashMap<>();
    List<String> lines = Places.lines(file);
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      int comma = line.indexOf(".jpg,");
      if (comma < 0) {
        throw new BadInput(file + ": line must be IMAGE.jpg,CAPTION, got " + line);
      }
      add(all, line.substring(0, comma + 4), line.substring(comma + 5));
    }
    return all;
  }

  private static void add(Map<String, List<String>> all, String image, String caption) {
    List<String> captions = all.computeIfAbsent(image, _ -> new ArrayList<>());
    if (!caption.isBlank()) {
      captions.add(caption.strip());
    }
  }
}
