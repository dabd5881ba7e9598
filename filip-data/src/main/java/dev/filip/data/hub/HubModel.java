package dev.filip.data.hub;

import dev.filip.io.BadInput;
import java.util.regex.Pattern;

/**
 * A model of the hub.
 *
 * @param revision branch, tag, commit or {@code refs/pr/N}; {@code main} where none is said
 */
public record HubModel(String owner, String name, String revision) {
  private static final String SCHEME = "hf:";
  private static final String RULE =
      "hf:OWNER/NAME or hf:OWNER/NAME@REVISION, as the model's page is called";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,95}");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/+-]{0,199}");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** Names that are safe as parts of a path and of an address. */
  public HubModel {
    boolean named = NAME.matcher(owner).matches() && NAME.matcher(name).matches();
    String both = owner + "/" + name;
    BadInput.require(
        named && !both.contains("--") && !both.contains(".."), "SOURCE", SCHEME + both, RULE);
    BadInput.require(
        REVISION.matcher(revision).matches() && !(revision + "/").matches(".*(\\.\\.|//).*"),
        "REVISION",
        revision,
        "a branch, a tag or a commit");
  }

  /** Whether a SOURCE names a model of the hub. */
  public static boolean isNamedBy(String source) {
    return source.startsWith(SCHEME);
  }

  /** Reads {@code hf:OWNER/NAME[@REVISION]}; anything else is {@link BadInput}. */
  public static HubModel of(String source) {
    String text = source.substring(isNamedBy(source) ? SCHEME.length() : 0);
    int at = text.indexOf('@');
    String model = at < 0 ? text : text.substring(0, at);
    int slash = model.indexOf('/');
    BadInput.require(slash > 0, "SOURCE", source, RULE);
    return new HubModel(
        model.substring(0, slash),
        model.substring(slash + 1),
        at < 0 ? "main" : text.substring(at + 1));
  }

  /** {@code OWNER/NAME}. */
  public String id() {
    return owner + "/" + name;
  }

  /** Whether a text is a whole commit. */
  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /** {@code hf:OWNER/NAME@REVISION}. */
  @Override
  public String toString() {
    return SCHEME + id() + "@" + revision;
  }
}
