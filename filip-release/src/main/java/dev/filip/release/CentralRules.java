package dev.filip.release;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * What Maven Central asks of a pom (central.sonatype.org, "Requirements"): coordinates of a
 * release, name, description, url, licence, developer and scm; and what an ordinary project needs
 * to resolve it: nothing left to fill in, no profile, no parent, no system path. Stateless.
 */
final class CentralRules {
  private static final List<String> REQUIRED =
      List.of(
          "groupId",
          "artifactId",
          "version",
          "name",
          "description",
          "url",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/connection",
          "scm/developerConnection",
          "scm/url");
  private static final List<String> FORBIDDEN =
      List.of(
          "parent",
          "profiles",
          "repositories",
          "properties",
          "dependencies/dependency/systemPath",
          "dependencies/dependency[scope='test']");
  private static final Pattern PLACE = Pattern.compile("\\$\\{[^}]*}");

  private CentralRules() {}

  /** What is wrong with a pom, one line each; empty when it may be published. */
  static List<String> broken(Document pom) {
    List<String> out = new ArrayList<>();
    for (String path : REQUIRED) {
      if (text(pom, path).isBlank()) {
        out.add("no " + path);
      }
    }
    for (String path : FORBIDDEN) {
      if (count(pom, path) > 0) {
        out.add(path + " must not be published");
      }
    }
    if (count(pom, "dependencies/dependency")
        != count(pom, "dependencies/dependency[version!='']")) {
      out.add("a dependency without a version");
    }
    if (text(pom, "version").endsWith("-SNAPSHOT")) {
      out.add("version " + text(pom, "version") + " is a snapshot: give -Drevision=");
    }
    var open = PLACE.matcher(pom.getDocumentElement().getTextContent());
    while (open.find()) {
      out.add(open.group() + " is left open");
    }
    if (count(pom, "dependencies/dependency[artifactId='pytorch']")
        != count(
            pom,
            "dependencies/dependency[artifactId='pytorch']/exclusions/exclusion[artifactId='openblas']")) {
      out.add("pytorch without the exclusion of openblas, whose version is not published");
    }
    return out;
  }

  private static String text(Document pom, String path) {
    NodeList found = nodes(pom, path);
    return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
  }

  private static int count(Document pom, String path) {
    return nodes(pom, path).getLength();
  }

  private static NodeList nodes(Document pom, String path) {
    XPath xpath = XPathFactory.newDefaultInstance().newXPath();
    try {
      return (NodeList) xpath.evaluate("/project/" + path, pom, XPathConstants.NODESET);
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException(path, e);
    }
  }
}
