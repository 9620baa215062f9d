package io.eventsource.autoconfigure.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/**
 * Makes each mistake, and compares what the application says with docs/mistakes.md. With {@code -Dmistakes.write=true} it writes the page.
 */
class MistakesIT {

    private static final Path PAGE = Path.of("../docs/mistakes.md");
    private static final String ROWS = "<!-- below: written by MistakesIT -->\n";

    private final TestDatabase database = TestDatabase.migrated();

    @AfterEach
    void remove_the_database() {
        database.close();
    }

    @Test
    void the_page_has_each_mistake_with_what_the_application_says() throws IOException {
        String page = Files.readString(PAGE);
        String rows = table("Classes", ClassMistakes.all())
                + table("Properties", PropertyMistakes.all())
                + table("Database", DatabaseMistakes.all());
        String written = page.substring(0, page.indexOf(ROWS) + ROWS.length()) + rows;
        if (Boolean.getBoolean("mistakes.write")) {
            Files.writeString(PAGE, written);
        }

        assertThat(written).doesNotContain("NOT SAID");
        assertThat(Files.readString(PAGE))
                .as("docs/mistakes.md; -Dmistakes.write=true writes it")
                .isEqualTo(written);
    }

    private String table(String heading, List<Mistake> mistakes) {
        StringBuilder table =
                new StringBuilder("\n## %s\n\n| mistake | what the application says |\n|---|---|\n".formatted(heading));
        for (Mistake mistake : mistakes) {
            table.append("| %s | %s |\n".formatted(mistake.what(), cell(said(mistake))));
        }
        return table.toString();
    }

    private String said(Mistake mistake) {
        AtomicReference<ConfigurableApplicationContext> started = new AtomicReference<>();
        StringBuilder said = new StringBuilder();
        mistake.made()
                .apply(Runners.on(database))
                .withInitializer(started::set)
                .run(context -> said.append(said(context.getStartupFailure(), Objects.requireNonNull(started.get()))));
        return said.toString();
    }

    private static String said(@Nullable Throwable failure, ConfigurableApplicationContext context) {
        if (failure == null) {
            return "NOT SAID: it starts";
        }
        FailureAnalysis analysis = analyze(failure, context);
        return analysis == null
                ? "NOT SAID: a stack trace, " + failure
                : analysis.getDescription() + (analysis.getAction() == null ? "" : "\n\n" + analysis.getAction());
    }

    /** As Boot does when an application cannot start. */
    private static @Nullable FailureAnalysis analyze(Throwable failure, ConfigurableApplicationContext context) {
        List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        ArgumentResolver.of(BeanFactory.class, context.getBeanFactory())
                                .and(Environment.class, context.getEnvironment()),
                        FailureHandler.logging(LogFactory.getLog(MistakesIT.class)));
        AnnotationAwareOrderComparator.sort(analyzers);
        return analyzers.stream()
                .map(each -> each.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** As a cell of a table, with the classes of an application in place of these. */
    private static String cell(String said) {
        return said.strip()
                .replace("io.eventsource.autoconfigure.mistakes.elsewhere", "org.example")
                .replaceAll("io\\.eventsource\\.autoconfigure\\.(mistakes|invalid)\\.\\w+[.$]", "com.example.")
                .replaceAll("io\\.eventsource\\.autoconfigure\\.account(?=[.,\\]])", "com.example")
                .replace("\"test\"", "\"application.properties\"")
                .replace("<", "&lt;")
                .replace("|", "\\|")
                .replaceAll("\\R", "<br>");
    }
}
