package dev.filip.generate;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * One picture of the collection with what can be said of it.
 *
 * @param path within the collection, without extension, such as {@code animals/bugs/wasp_01}
 * @param title cleaned
 * @param category words of its folder, or empty
 * @param keywords cleaned, without the title
 * @param author as written, or empty
 */
record Clipart(String path, String title, String category, List<String> keywords, String author) {
  Clipart {
    keywords = List.copyOf(keywords);
  }

  /** Up to five captions: the title alone, then with folder and keywords. */
  List<String> captions(Dice dice) {
    Set<String> all = new LinkedHashSet<>();
    all.add(title);
    all.add("a picture of " + title);
    String base = category.isEmpty() || category.equals(title) ? title : title + ", " + category;
    all.add(with(base, 3, dice));
    all.add(with(base, 1, dice));
    all.add(with(title, 3, dice));
    return List.copyOf(all);
  }

  private String with(String base, int most, Dice dice) {
    StringBuilder caption = new StringBuilder(base);
    int[] order = dice.order(keywords.size());
    for (int i = 0, told = 0; i < order.length && told < most; i++) {
      String keyword = keywords.get(order[i]);
      if (!keyword.equals(category)) {
        caption.append(", ").append(keyword);
        told++;
      }
    }
    return caption.toString();
  }

  /**
   * Turns the collection's metadata into clean titles and keywords, and counts what each rule did.
   * Whole icon sets share one title, so a title used often gives way to the file's name. Not
   * thread-safe.
   */
  static final class Rules {
    /** A title used by more files than this says nothing of any of them. */
    private static final int SHARED = 4;

    private static final int LONGEST_TITLE = 80;
    private static final Set<String> JUNK =
        Set.of(
            "clip art",
            "clipart",
            "image",
            "images",
            "media",
            "public domain",
            "hash",
            "unsorted",
            "icon",
            "icons",
            "theme",
            "magick",
            "svg",
            "openclipart",
            "card",
            "special",
            "misc",
            "appicon",
            "lemon theme icon",
            "mapsym",
            "computer icons",
            "none",
            "unknown",
            "other");

    private final int perTitle;
    private final SequencedMap<String, Integer> counts = new LinkedHashMap<>();

    /** At most {@code perTitle} pictures of one title. */
    Rules(int perTitle) {
      this.perTitle = perTitle;
    }

    /** What each rule did, in the order of {@link #apply}. */
    SequencedMap<String, Integer> counts() {
      return counts;
    }

    /** The pictures kept, by path, with clean titles and keywords. */
    List<Clipart> apply(TreeMap<String, Metadata> metadata) {
      Map<String, Integer> uses = new HashMap<>();
      Set<String> authors = new HashSet<>();
      for (Metadata one : metadata.values()) {
        uses.merge(clean(one.title()), 1, Integer::sum);
        authors.add(clean(one.author()));
      }
      authors.remove("");
      List<Clipart> kept = new ArrayList<>();
      Map<String, Integer> titles = new HashMap<>();
      for (Map.Entry<String, Metadata> entry : metadata.entrySet()) {
        String path = entry.getKey();
        Metadata one = entry.getValue();
        if (leftOut(path, one)) {
          continue;
        }
        String title = title(path, one, uses);
        if (title.isEmpty()) {
          count("picture left out: neither title nor file name has a word");
        } else if (titles.merge(title, 1, Integer::sum) > perTitle) {
          count("picture left out: " + perTitle + " others have its title");
        } else {
          String category = category(path);
          kept.add(new Clipart(path, title, category, keywords(one, title, authors), one.author()));
        }
      }
      return kept;
    }

    private boolean leftOut(String path, Metadata one) {
      if (!one.whole()) {
        count("metadata broken, what could be read is used");
      }
      boolean free = one.licence().isEmpty() || lower(one.licence()).endsWith("publicdomain/");
      if (!free && !lower(one.licence()).endsWith("publicdomain")) {
        count("picture left out: its metadata names another licence");
        return true;
      }
      if (path.contains("/duplicates/")) {
        count("picture left out: in the folder of duplicates");
        return true;
      }
      return false;
    }

    private String title(String path, Metadata one, Map<String, Integer> uses) {
      String title = clean(one.title());
      if (title.isEmpty()) {
        count("title missing, file name used");
      } else if (uses.getOrDefault(title, 0) > SHARED) {
        count("title used by more than " + SHARED + " files, file name used");
      } else {
        return title;
      }
      String name = fileName(path, one.author());
      if (name.isEmpty()) {
        count("file name has no word, folder used");
        return category(path);
      }
      return name;
    }

    private List<String> keywords(Metadata one, String title, Set<String> authors) {
      Set<String> all = new LinkedHashSet<>();
      for (String raw : one.keywords()) {
        String word = clean(raw);
        if (word.isEmpty() || raw.startsWith("HASH(")) {
          count("keyword dropped: empty, a number or HASH(...)");
        } else if (JUNK.contains(word)) {
          count(
              "keyword dropped: says nothing ("
                  + String.join(", ", JUNK.stream().sorted().limit(5).toList())
                  + ", ...)");
        } else if (authors.contains(word)) {
          count("keyword dropped: an author's name");
        } else if (word.equals(title)) {
          count("keyword dropped: the same as the title");
        } else {
          all.add(word);
        }
      }
      return List.copyOf(all);
    }

    /** Words of the last folder; empty for folders that say nothing. */
    static String category(String path) {
      String[] parts = path.split("/");
      if (parts.length < 2) {
        return "";
      }
      String folder = clean(parts[parts.length - 2].replace("-theme", ""));
      return JUNK.contains(folder) ? "" : folder;
    }

    /** Words of the file name, without numbers and without the author's name at its end. */
    static String fileName(String path, String author) {
      String name = lower(path.substring(path.lastIndexOf('/') + 1));
      List<String> words = new ArrayList<>(Arrays.asList(name.split("[^\\p{L}\\p{N}]+")));
      List<String> names = List.of(lower(author).split("[^\\p{L}\\p{N}]+"));
      words.removeIf(word -> word.matches("\\p{N}*"));
      while (words.size() > 1 && isPart(words.getLast(), names)) {
        words.removeLast();
      }
      words.replaceAll(word -> word.replaceAll("\\p{N}+$", ""));
      words.removeIf(word -> word.length() < 2 || word.matches(".*\\p{N}.*"));
      return String.join(" ", words);
    }

    private static boolean isPart(String word, List<String> names) {
      return names.stream().anyMatch(name -> !name.isEmpty() && name.startsWith(word));
    }

    /**
     * Lower case words without prefixes, numbers at the end and brackets; empty if none is left.
     */
    static String clean(String raw) {
      String text =
          lower(raw)
              .replaceAll("^clip ?art by [^-]* - ", "")
              .replaceAll("\\([^)]*\\)?", " ")
              .replaceAll("[_\"\\[\\]{}<>|*=~`]+", " ")
              .replaceAll("\\s+", " ")
              .strip()
              .replaceAll("[\\s#.,;:\\-]*\\p{N}*[\\s#.,;:\\-]*$", "")
              .replaceAll("^[\\s#.,;:\\-]*(\\p{N}+ )?", "")
              .replaceAll(" openclipart$", "");
      if (!text.matches(".*\\p{L}{2}.*")) {
        return "";
      }
      int cut = text.lastIndexOf(' ', LONGEST_TITLE);
      return text.length() <= LONGEST_TITLE ? text : text.substring(0, Math.max(cut, 1)).strip();
    }

    private static String lower(String text) {
      return text.toLowerCase(Locale.ROOT);
    }

    private void count(String rule) {
      counts.merge(rule, 1, Integer::sum);
    }
  }

  /**
   * What the RDF block of an SVG says of it (Dublin Core and Creative Commons terms).
   *
   * @param title the work's, or empty
   * @param author the creator's name, or empty
   * @param keywords as written
   * @param licence address of the licence, or empty
   * @param whole false when the XML broke before the end of the block
   */
  record Metadata(
      String title, String author, List<String> keywords, String licence, boolean whole) {
    private static final String RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    Metadata {
      keywords = List.copyOf(keywords);
    }

    /** Reads up to the end of the metadata; a file without any gives empty values. */
    static Metadata of(byte[] svg) {
      Reader reader = new Reader();
      boolean whole = true;
      try {
        reader.read(new ByteArrayInputStream(svg));
      } catch (XMLStreamException | RuntimeException e) {
        whole = false;
      }
      return new Metadata(reader.title, reader.author, reader.keywords, reader.licence, whole);
    }

    /** Nothing outside the file is read. */
    private static XMLInputFactory factory() {
      XMLInputFactory factory = XMLInputFactory.newFactory();
      factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
      factory.setXMLResolver((publicId, systemId, base, name) -> InputStream.nullInputStream());
      return factory;
    }

    private static final class Reader {
      private final Deque<String> path = new ArrayDeque<>();
      private final List<String> keywords = new ArrayList<>();
      private final StringBuilder text = new StringBuilder();
      private String title = "";
      private String author = "";
      private String licence = "";

      void read(InputStream in) throws XMLStreamException {
        XMLStreamReader xml = factory().createXMLStreamReader(in);
        while (xml.hasNext()) {
          int event = xml.next();
          if (event == XMLStreamConstants.START_ELEMENT) {
            start(xml);
          } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
            text.append(xml.getText());
          } else if (event == XMLStreamConstants.END_ELEMENT) {
            if (end()) {
              return;
            }
          }
        }
      }

      private void start(XMLStreamReader xml) {
        path.push(xml.getLocalName());
        text.setLength(0);
        String resource = xml.getAttributeValue(RDF, "resource");
        if (xml.getLocalName().equals("license") && resource != null) {
          licence = resource;
        }
      }

      /** Whether the metadata has ended. */
      private boolean end() {
        String name = path.pop();
        String parent = path.isEmpty() ? "" : path.peek();
        String value = text.toString().strip();
        if (name.equals("title") && parent.equals("Work")) {
          title = value;
        } else if (name.equals("title") && path.contains("creator")) {
          author = value;
        } else if (name.equals("li") && path.contains("subject")) {
          keywords.add(value);
        }
        text.setLength(0);
        return name.equals("metadata");
      }
    }
  }
}
