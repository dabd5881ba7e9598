package dev.filip.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Lucene says at start how it computes: no one's business here. */
final class Lucene {
  /** Held, or its level would be forgotten. */
  private static final Logger LOG = Logger.getLogger("org.apache.lucene");

  private Lucene() {}

  static void quiet() {
    LOG.setLevel(Level.SEVERE);
  }
}
