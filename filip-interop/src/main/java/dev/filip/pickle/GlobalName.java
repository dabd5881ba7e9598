package dev.filip.pickle;

/** A name that a pickle refers to: never looked up, never called, only compared with our list. */
record GlobalName(String module, String name) {
  String full() {
    return module + "." + name;
  }
}
