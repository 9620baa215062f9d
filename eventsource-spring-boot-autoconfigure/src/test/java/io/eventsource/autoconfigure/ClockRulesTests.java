package io.eventsource.autoconfigure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

/** Which clock is asked for what, in all modules of the library that an application may have. */
@AnalyzeClasses(packages = "io.eventsource", importOptions = ImportOption.DoNotIncludeTests.class)
class ClockRulesTests {

    private static final Set<String> WALL_CLOCKS = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.time.Clock.system",
            "java.time.Clock.systemDefaultZone",
            "java.time.Clock.systemUTC",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.util.Date.<init>");

    private static final Set<String> DISTANCES = Set.of(
            "java.time.Duration.between",
            "java.time.Instant.isAfter",
            "java.time.Instant.isBefore",
            "java.time.Instant.until",
            "java.time.temporal.ChronoUnit.between");

    private static DescribedPredicate<JavaAccess<?>> oneOf(Set<String> names) {
        return DescribedPredicate.describe(
                "one of " + names,
                access -> names.contains(access.getTargetOwner().getFullName() + "." + access.getName()));
    }

    private static DescribedPredicate<JavaClass> notIn(String... names) {
        Set<String> exempt = Set.of(names);
        return DescribedPredicate.describe("are not in " + exempt, type -> !exempt.contains(type.getFullName()));
    }

    @ArchTest
    static void the_rules_see_every_module(JavaClasses classes) {
        assertThat(classes.stream().map(JavaClass::getPackageName))
                .contains(
                        "io.eventsource.time",
                        "io.eventsource.brokers.kafka",
                        "io.eventsource.autoconfigure.store",
                        "io.eventsource.embedded",
                        "io.eventsource.test");
    }

    /** The wall clock comes in through the constructor. */
    @ArchTest
    static final ArchRule THE_SYSTEM_IS_NOT_ASKED_FOR_THE_TIME = noClasses()
            .that(notIn("io.eventsource.time.Clocks", "io.eventsource.autoconfigure.store.EventStoreAutoConfiguration"))
            .should()
            .accessTargetWhere(oneOf(WALL_CLOCKS));

    /**
     * Who waits, expires or measures goes by a {@link io.eventsource.time.Clocks.Ticker}: somebody may set the wall clock. The exceptions compare times
     * that are stored.
     */
    @ArchTest
    static final ArchRule NOTHING_IS_MEASURED_BY_THE_WALL_CLOCK = noClasses()
            .that(notIn(
                    "io.eventsource.deadletter.EntryColumns",
                    "io.eventsource.store.StreamAppend$NewEvent",
                    "io.eventsource.autoconfigure.metrics.InboxMetrics",
                    "io.eventsource.embedded.Postmaster"))
            .should()
            .accessTargetWhere(oneOf(DISTANCES));
}
