package dev.filip.curate;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts that say nothing of the picture: names of files, what cameras write, web addresses, ids,
 * texts without a word. The paper's example is {@code img_0.jpg}; its rule is not published.
 */
record MeaninglessRule() implements TextRule {
  private static final String ENDING =
      "(?:jpe?g|jpe|jfif|png|gif|bmp|tiff?|webp|hei[cf]|avif|raw|cr[23]|nef|arw|dng|orf|rw2|psd|svg|eps|ai|pdf|mov|mp4|avi|mpe?g|3gp)";

  private static final Pattern FILE = Pattern.compile("(?i)\\S+\\." + ENDING);
  private static final Pattern FILE_ENDING = Pattern.compile("(?i)\\." + ENDING + "$");
  private static final Pattern ADDRESS = Pattern.compile("(?i)(?:https?://|www\\.)\\S+");
  private static final Pattern MAIL = Pattern.compile("[^\\s@]+@[^\\s@]+\\.[A-Za-z]{2,}");

  /** What cameras and phones begin file names with, before a number. */
  private static final Pattern CAMERA_FILE =
      Pattern.compile(
          "(?i)_?(?:dsc[nfz]?|img[p]?|_?mg|imag|image|cimg|pict?|p|pano|pxl|mvi|vid|gopr|gp|dji|sam|sdc|hpim|kif|stc|st[ab]|s|r|l|crw|exif|scan|dscn|rimg|fuji|wp|burst|photo|picture|snapshot|capture|screenshot|screen[ _-]?shot|whatsapp[ _-]?image|received|fb_img|untitled|unnamed|unknown|download|file|doc|cover|copy[ _-]of)"
              + "[ _()#.-]*\\d[\\d _()x.:-]*(?:(?:wa|at|am|pm|edit(?:ed)?|copy|hdr|collage|large|small|orig(?:inal)?)[\\d _()x.:-]*)*");

  /** Makers, and what stands beside them where a camera writes its own name. */
  private static final Set<String> CAMERA =
      Set.of(
          ("canon nikon olympus sony panasonic fuji fujifilm kodak pentax minolta konica samsung casio leica ricoh sigma"
                  + " hewlett-packard hp apple htc lg motorola nokia gopro dji sanyo vivitar polaroid google huawei xiaomi"
                  + " oneplus corporation imaging corp digital still video camera eos powershot ixus rebel coolpix finepix"
                  + " cyber-shot cybershot dsc dslr lumix dmc easyshare optio exilim stylus hero galaxy pixel iphone ipad"
                  + " mark plus pro max mini ii iii iv")
              .split(" "));

  private static final Pattern MODEL = Pattern.compile("[a-z]{0,4}-?\\d[a-z0-9-]*");

  /** Words that stand for a picture or for no title. */
  private static final Set<String> EMPTY =
      Set.of(
          ("image images img photo photos photograph picture pictures pic pics jpg jpeg png gif untitled unnamed unknown"
                  + " none null nan na title no notitle default undefined file filename thumbnail thumb logo icon"
                  + " placeholder screenshot scan copy new final temp test page view gallery dsc dscn dscf dcim cimg"
                  + " download upload attachment preview cover banner header footer click here enlarge zoom alt description"
                  + " caption loading advertisement ad the a an of to in on for and or am pm wa edit edited original large small full size")
              .split(" "));

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}']+");
  private static final Pattern TOKEN = Pattern.compile("\\S{8,}");
  private static final int SWITCHES = 4;

  /** No name of a file, of a camera or of a row of a table is longer. */
  private static final int LONGEST = 100;

  @Override
  public Outcome apply(String caption) {
    String text = caption.strip();
    if (FILE.matcher(text).matches()) {
      return Outcome.taken("a file's name");
    }
    if (ADDRESS.matcher(text).matches() || MAIL.matcher(text).matches()) {
      return Outcome.taken("an address");
    }
    String stem = FILE_ENDING.matcher(text).replaceFirst("").strip();
    if (text.length() <= LONGEST) {
      if (CAMERA_FILE.matcher(stem).matches()) {
        return Outcome.taken("what a camera names a file");
      }
      if (isCamera(text)) {
        return Outcome.taken("a camera's name");
      }
      if (isCode(text)) {
        return Outcome.taken("an id, not a word");
      }
    }
    return hasWord(stem) ? Outcome.kept(caption) : Outcome.taken("no word");
  }

  /** Two or more words, each a maker, one of its names or a model's number. */
  private static boolean isCamera(String text) {
    String[] words = text.toLowerCase(Locale.ROOT).split("[\\s,.]+");
    boolean named = false;
    for (String word : words) {
      boolean known = CAMERA.contains(word);
      if (!known && !MODEL.matcher(word).matches()) {
        return false;
      }
      named |= known;
    }
    return named && words.length > 1;
  }

  /** Letters of more than one, in any script, that are not only {@link #EMPTY}. */
  private static boolean hasWord(String text) {
    Matcher words = WORD.matcher(text.replace('_', ' '));
    while (words.find()) {
      String word = words.group().toLowerCase(Locale.ROOT);
      boolean ideograph = word.codePoints().anyMatch(Character::isIdeographic);
      if (ideograph || word.codePointCount(0, word.length()) > 1 && !EMPTY.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** One token whose letters and digits change places again and again, or of hexadecimal digits. */
  private static boolean isCode(String text) {
    if (!TOKEN.matcher(text).matches()) {
      return false;
    }
    if (text.matches("(?i)(?=.*\\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*")) {
      return true;
    }
    int switches = 0;
    for (int i = 1; i < text.length(); i++) {
      boolean digit = Character.isDigit(text.charAt(i));
      boolean before = Character.isDigit(text.charAt(i - 1));
      switches += digit != before ? 1 : 0;
    }
    return switches >= SWITCHES && text.indexOf('-') < 0;
  }
}
