package dev.filip.data;

import dev.filip.io.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a table of URLs are read. Immutable.
 *
 * @param url column of the URL; null: {@code url}, {@code image_url} or {@code img_url}, in any
 *     case, the first that is there
 * @param caption column of the caption; null: {@code caption}, {@code text} or {@code title}, or
 *     none
 * @param others columns that are kept beside them
 */
public record UrlColumns(@Nullable String url, @Nullable String caption, List<String> others) {
  /** Everything detected. */
  public static final UrlColumns DETECTED = new UrlColumns(null, null, List.of());

  static final List<String> URLS = List.of("url", "image_url", "img_url");
  static final List<String> CAPTIONS = List.of("caption", "text", "title");
  private static final int NONE = -1;

  public UrlColumns {
    others = List.copyOf(others);
  }

  /**
   * Where the columns are in a header.
   *
   * @param caption -1 for none
   */
  record Found(int url, int caption, List<Integer> others) {
    /** Their names in the header. */
    List<String> names(List<String> header) {
      List<String> names = new ArrayList<>();
      names.add(header.get(url));
      if (caption >= 0) {
        names.add(header.get(caption));
      }
      others.forEach(i -> names.add(header.get(i)));
      return names;
    }
  }

  /** Finds them; {@link BadInput} names one that is not there. */
  Found in(List<String> header, Path file) {
    int urlAt = first(header, url == null ? URLS : List.of(url));
    if (urlAt == NONE) {
      throw missing("--url-column", url == null ? String.join(" or ", URLS) : url, header, file);
    }
    int captionAt = first(header, caption == null ? CAPTIONS : List.of(caption));
    if (captionAt == NONE && caption != null) {
      throw missing("--caption-column", caption, header, file);
    }
    List<Integer> rest = new ArrayList<>();
    for (String name : others) {
      int at = header.indexOf(name);
      if (at == NONE) {
        throw missing("--columns", name, header, file);
      }
      rest.add(at);
    }
    return new Found(urlAt, captionAt, rest);
  }

  private static BadInput missing(String option, String got, List<String> header, Path file) {
    boolean bare = header.stream().anyMatch(field -> field.matches("(?i)https?://.*"));
    String has =
        bare
            ? "its first line is no header (cc12m:PATH and cc3m:PATH have none, nor has a .txt of URLs)"
            : "it has " + String.join(", ", header);
    return new BadInput(option + " must be a column of " + file + ", got " + got + "; " + has);
  }

  private static int first(List<String> header, List<String> names) {
    for (String name : names) {
      int at = header.indexOf(name);
      if (at >= 0) {
        return at;
      }
      for (int i = 0; i < header.size(); i++) {
        if (header.get(i).equalsIgnoreCase(name)) {
          return i;
        }
      }
    }
    return NONE;
  }
}
