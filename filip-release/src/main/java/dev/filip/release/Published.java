package dev.filip.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * One module as it is published: the pom and the jars its build left in {@code target}. Immutable.
 *
 * @param target where they are
 * @param pom {@code flattened-pom.xml}: what users get
 */
record Published(Path target, Document pom) {
  /** Every module of the root pom that is not kept from being deployed. */
  static List<Published> of(Path root) throws IOException {
    List<Published> out = new ArrayList<>();
    for (String module : modules(root)) {
      Path folder = root.resolve(module);
      if (!Files.readString(folder.resolve("pom.xml")).contains("<maven.deploy.skip>true<")) {
        out.add(read(folder));
      }
    }
    return out;
  }

  /** The module of a folder, which must have been built. */
  static Published read(Path folder) throws IOException {
    Path target = folder.resolve("target");
    Path pom = target.resolve("flattened-pom.xml");
    if (!Files.isRegularFile(pom)) {
      throw new IOException(pom + " is missing: build all modules before this one");
    }
    return new Published(target, parse(pom));
  }

  /** Artifacts of this project that it depends on. */
  List<String> needsOfOurs() throws IOException {
    List<String> out = new ArrayList<>();
    NodeList all = pom.getDocumentElement().getElementsByTagName("dependency");
    for (int i = 0; i < all.getLength(); i++) {
      Element one = (Element) all.item(i);
      if (child(one, "groupId").getTextContent().equals(value("groupId"))) {
        out.add(child(one, "artifactId").getTextContent());
      }
    }
    return out;
  }

  private static List<String> modules(Path root) throws IOException {
    List<String> out = new ArrayList<>();
    Element modules = child(parse(root.resolve("pom.xml")).getDocumentElement(), "modules");
    for (Node n = modules.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element) {
        out.add(n.getTextContent().strip());
      }
    }
    return out;
  }

  private static Document parse(Path file) throws IOException {
    try {
      return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile());
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException(file + " is no pom: " + e.getMessage(), e);
    }
  }

  private static Element child(Element of, String name) throws IOException {
    for (Node n = of.getFirstChild(); n != null; n = n.getNextSibling()) {
      if (n instanceof Element e && e.getTagName().equals(name)) {
        return e;
      }
    }
    throw new IOException("no <" + name + "> in <" + of.getTagName() + ">");
  }

  private String value(String name) throws IOException {
    return child(pom.getDocumentElement(), name).getTextContent().strip();
  }

  String artifact() throws IOException {
    return value("artifactId");
  }

  String version() throws IOException {
    return value("version");
  }

  /** Whether it is its pom alone. */
  boolean pomOnly() {
    return pom.getDocumentElement().getElementsByTagName("packaging").getLength() > 0;
  }

  /** Ends of the file names that belong to it in a release; a zip where its build makes one. */
  List<String> parts() throws IOException {
    if (pomOnly()) {
      return List.of(".pom");
    }
    List<String> parts = new ArrayList<>(List.of(".pom", ".jar", "-sources.jar", "-javadoc.jar"));
    if (Files.isRegularFile(target.resolve(artifact() + "-" + version() + ".zip"))) {
      parts.add(".zip");
    }
    return parts;
  }

  /** {@code dev/filip/artifact/version/artifact-version}, to which a part's end is added. */
  String stem() throws IOException {
    return value("groupId").replace('.', '/')
        + "/"
        + artifact()
        + "/"
        + version()
        + "/"
        + artifact()
        + "-"
        + version();
  }

  /**
   * Copies one part into a repository.
   *
   * @throws IOException also when the module's build has not made it
   */
  Path copy(String part, Path repository) throws IOException {
    Path from =
        target.resolve(
            part.equals(".pom") ? "flattened-pom.xml" : artifact() + "-" + version() + part);
    if (!Files.isRegularFile(from)) {
      throw new IOException(artifact() + ": " + from + " was not made");
    }
    Path to = repository.resolve(stem() + part);
    Files.createDirectories(to.getParent());
    return Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }
}
