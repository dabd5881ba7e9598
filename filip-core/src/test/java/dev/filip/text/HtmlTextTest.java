package dev.filip.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HtmlTextTest {
  @Test
  void tagsGoAndReferencesAreWhatTheyStandFor() {
    assertThat(HtmlText.plain("My <a href=\"x\" rel='n'>dog</a>,<br/>Rex &amp; &quot;Max&#34;"))
        .isEqualTo("My dog , Rex & \"Max\"");
    assertThat(HtmlText.plain("<p>one</p>\n\n<p>two</p>")).isEqualTo("one two");
    assertThat(HtmlText.plain("a <!-- b\nc --> d")).isEqualTo("a d");
  }

  @Test
  void whatIsNoTagStays() {
    assertThat(HtmlText.plain("3 < 5 and 7 > 2, I <3 you")).isEqualTo("3 < 5 and 7 > 2, I <3 you");
    assertThat(HtmlText.plain("&lt;b&gt; as text")).isEqualTo("<b> as text");
    assertThat(HtmlText.plain("  \t ")).isEmpty();
  }
}
