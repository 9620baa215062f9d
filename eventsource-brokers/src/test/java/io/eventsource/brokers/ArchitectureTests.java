package io.eventsource.brokers;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

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
}
