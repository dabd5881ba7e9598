package dev.filip.pickle;

/**
 * A name that a pickle refers to: never looked up, never called, only compared with a list.
 *
 * @param module as Python imports it
 * @param name within it
 */
public record PickleName(String module, String name) {
  /** Both, parted by a dot. */
  public String full() {
    return module + "." + name;
  }
}
