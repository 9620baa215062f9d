package io.eventsource;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "io.eventsource", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_NO_SPRING_BOOT =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework.boot..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.eventsource.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_ROOT_PACKAGE_DEPENDS_ON_NO_FEATURE = noClasses()
            .that()
            .resideInAPackage("io.eventsource")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.eventsource.*..");

    @ArchTest
    static final ArchRule WHAT_IS_POSTGRESQL_IS_NO_API =
            classes().that().haveSimpleNameStartingWith("Postgres").should().notBePublic();

    @ArchTest
    static final ArchRule EVENTS_AND_AGGREGATES_KNOW_NO_JDBC = noClasses()
            .that()
            .resideInAnyPackage("io.eventsource.event", "io.eventsource.aggregate", "io.eventsource.projection")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.springframework.jdbc..", "org.postgresql..");

    @ArchTest
    static final ArchRule FIELDS_ARE_NOT_PUBLIC = com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields()
            .that()
            .doNotHaveModifier(JavaModifier.FINAL)
            .should()
            .notBePublic();

    /** Constants are inlined, so this reads the sources. */
    @Test
    void tables_are_named_only_behind_the_schema_token() throws IOException {
        Pattern unqualified = Pattern.compile(
                "(?:FROM|JOIN|INTO|UPDATE|TABLE)\\s+(?:events|event_streams|snapshots|projection_checkpoints|dead_letter_queue|event_outbox|event_inbox)\\b",
                Pattern.CASE_INSENSITIVE);
        Pattern named = Pattern.compile("eventsource\\.(?:events|event_streams|projection_checkpoints)\\b");
        try (Stream<Path> files = Files.walk(Path.of("src/main/java/io/eventsource"))) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("/schema/"))
                    .toList();
            assertThat(sources).hasSizeGreaterThan(40);
            for (Path source : sources) {
                String text = Files.readString(source).replaceAll("(?s)/\\*.*?\\*/|//[^\n]*", "");
                assertThat(text).as("%s", source).doesNotContainPattern(unqualified);
                assertThat(text).as("%s", source).doesNotContainPattern(named);
            }
        }
    }
}
