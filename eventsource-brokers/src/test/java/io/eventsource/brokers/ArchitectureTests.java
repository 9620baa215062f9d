package io.eventsource.brokers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

@AnalyzeClasses(
        packages = "io.eventsource.brokers",
        importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludeJars.class})
class ArchitectureTests {

    private static final String[] KAFKA = {"org.apache.kafka..", "io.cloudevents..", "org.springframework.kafka.."};
    private static final String[] REDIS = {"io.lettuce..", "org.springframework.data.."};

    @ArchTest
    static final ArchRule BROKERS_KNOW_NO_SPRING_BOOT =
            noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework.boot..");

    @ArchTest
    static final ArchRule BROKERS_DO_NOT_KNOW_EACH_OTHER =
            slices().matching("io.eventsource.brokers.(*)..").should().notDependOnEachOther();

    /** Each client is optional: what needs it stands in its package alone. */
    @ArchTest
    static final ArchRule KAFKA_IS_USED_IN_ITS_PACKAGE_ALONE = noClasses()
            .that()
            .resideOutsideOfPackage("io.eventsource.brokers.kafka")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KAFKA);

    @ArchTest
    static final ArchRule REDIS_IS_USED_IN_ITS_PACKAGE_ALONE = noClasses()
            .that()
            .resideOutsideOfPackage("io.eventsource.brokers.redis")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(REDIS);

    @ArchTest
    static final ArchRule WHAT_WORKS_ON_THE_DATABASE_IS_IN_THE_CORE = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.springframework.jdbc..", "org.postgresql..");

    @ArchTest
    static final ArchRule CLASSES_ARE_FINAL = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .should()
            .haveModifier(JavaModifier.FINAL);

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

    /** The wall clock comes in through the constructor. */
    @ArchTest
    static final ArchRule THE_SYSTEM_IS_NOT_ASKED_FOR_THE_TIME =
            noClasses().should().accessTargetWhere(oneOf(WALL_CLOCKS));

    /** Who waits, expires or measures goes by a {@link io.eventsource.time.Ticker}: somebody may set the wall clock. */
    @ArchTest
    static final ArchRule NOTHING_IS_MEASURED_BY_THE_WALL_CLOCK =
            noClasses().should().accessTargetWhere(oneOf(DISTANCES));
}
