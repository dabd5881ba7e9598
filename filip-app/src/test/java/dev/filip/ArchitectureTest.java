package dev.filip;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The rules that Maven's module arrows cannot say. At most ten. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(place -> !place.contains("-tests.jar"))
          .importPackages("dev.filip");

  @Test
  void everyModuleIsSeen() {
    for (String name : new String[] {"config", "image", "model", "loss", "cli"}) {
      assertThat(CLASSES.containPackage("dev.filip." + name)).as(name).isTrue();
    }
  }

  @Test
  void tensorsStayInTheRoomsThatComputeWithThem() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage(
                "dev.filip.cli",
                "dev.filip.quickstart",
                "dev.filip.data..",
                "dev.filip.image..",
                "dev.filip.viz..",
                "dev.filip.generate..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.bytedeco.pytorch.."));
  }

  @Test
  void theIncubatorStaysInTheKernels() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.filip.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector.."));
  }

  @Test
  void layersKnowNothingOfTheModel() {
    holds(
        noClasses()
            .that()
            .resideInAPackage("dev.filip.nn..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.filip.model.."));
  }

  @Test
  void metricsAndKernelsTouchNoFiles() {
    holds(
        noClasses()
            .that()
            .resideInAnyPackage("dev.filip.metric..", "dev.filip.kernel..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.net.."));
  }

  @Test
  void onlyTheCommandLineEndsTheProcessOrPrints() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.filip.cli..", "dev.filip.bench..")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .accessField(System.class, "out"));
  }

  @Test
  void nothingStaticChanges() {
    holds(
        fields()
            .that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.filip..")
            .should()
            .beFinal());
  }

  @Test
  void nothingIsDeserialisedByJava() {
    holds(
        noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInputStream")
            .orShould()
            .callMethod(Math.class, "random"));
  }

  @Test
  void scopesAreStepScopes() {
    holds(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.filip.tensor..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.bytedeco.javacpp.PointerScope"));
  }

  @Test
  void packagesFormNoCircle() {
    holds(slices().matching("dev.filip.(*)..").should().beFreeOfCycles());
  }

  private static void holds(ArchRule rule) {
    rule.check(CLASSES);
  }
}
