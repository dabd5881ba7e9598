package dev.filip.generate;

import java.util.Locale;

/** The three hands that drew the emoji. */
enum Artist {
  GOOGLE(
      new NpmPackage("emoji-datasource-google", "16.0.0"),
      """
      The drawings in this folder are Noto Emoji by Google, from the npm package \
      emoji-datasource-google 16.0.0
      (https://github.com/iamcal/emoji-data), scaled and laid on another ground.
      Licence of the drawings: Apache License 2.0 (https://github.com/googlefonts/noto-emoji).
      Licence of the package's data: MIT, Copyright (c) Cal Henderson.
      """),
  TWITTER(
      new NpmPackage("emoji-datasource-twitter", "16.0.0"),
      """
      The drawings in this folder are Twemoji, Copyright Twitter, Inc and other contributors, from \
      the npm package
      emoji-datasource-twitter 16.0.0 (https://github.com/iamcal/emoji-data), scaled and laid on \
      another ground.
      Licence of the drawings: Creative Commons Attribution 4.0
      (https://creativecommons.org/licenses/by/4.0/, https://github.com/jdecked/twemoji).
      Licence of the package's data: MIT, Copyright (c) Cal Henderson.
      """),
  OPENMOJI(
      new NpmPackage("openmoji", "17.0.0"),
      """
      All emojis in this folder designed by OpenMoji, the open-source emoji and icon project \
      (https://openmoji.org/), from the npm
      package openmoji 17.0.0, drawn from SVG, scaled and laid on another ground.
      Licence: Creative Commons Attribution-ShareAlike 4.0 \
      (https://creativecommons.org/licenses/by-sa/4.0/).
      What is made from these drawings stays under that licence.
      """);

  private static final String NAMES =
      """
      Names and keywords: OpenMoji's openmoji.json (CC BY-SA 4.0), Unicode CLDR, emoji-data (MIT).
      """;

  final NpmPackage source;
  private final String notice;

  Artist(NpmPackage source, String notice) {
    this.source = source;
    this.notice = notice;
  }

  /** Name of the split. */
  String split() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The licence note written beside the drawings. */
  String notice() {
    return notice + NAMES;
  }
}
