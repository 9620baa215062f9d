package io.eventsource.autoconfigure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;

@AnalyzeClasses(
        packages = "io.eventsource.autoconfigure",
        importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludeJars.class})
class ArchitectureTests {

    private static final DescribedPredicate<JavaClass> PROPERTIES = DescribedPredicate.describe(
            "properties, or nested in them",
            type -> isProperties(type)
                    || type.getEnclosingClass()
                            .map(ArchitectureTests::isProperties)
                            .orElse(false));

    /** Those of a group are a component of the record that Boot binds. */
    private static boolean isProperties(JavaClass type) {
        return type.isAnnotatedWith(ConfigurationProperties.class)
                || (type.isRecord() && type.getSimpleName().matches(".*(Properties|Options)"));
    }

    /** What an application implements by a bean, and what that needs. */
    private static final Set<String> EXTENSION_POINTS = Set.of(
            "endpoint.EndpointArea",
            "endpoint.EndpointOrder",
            "endpoint.EndpointPage",
            "endpoint.EndpointProblem",
            "inbox.FeedFactory");

    /** What one package needs of another, or the driver by its name. A further name needs a reason: most is private to its package. */
    private static final Set<String> SHARED = Set.of(
            "deadletter.ReplaySource",
            "health.SubscriptionJudge",
            "health.SubscriptionJudge$Judgement",
            "inbox.FeedsDeclared",
            "inbox.InboxFeeds",
            "inbox.InboxFeeds$Fed",
            "lifecycle.HurriedStop",
            "lifecycle.LifecyclePhase",
            "lifecycle.RecurringWork",
            "lifecycle.SubscriptionThreads",
            "outbox.OutboxDestinations",
            "outbox.OutboxTask",
            "pool.OnStorePool",
            "pool.ConnectionsBesidePool",
            "pool.DatabaseReach",
            "pool.PoolerCheck",
            "pool.PoolerCheck$PoolerMode",
            "pool.Pools",
            "pool.StoreDataSource",
            "pool.TlsSocketFactory",
            "projection.BatchListener",
            "projection.DuplicateProjectionException",
            "projection.HandlerDecorators",
            "projection.ProjectionBeans",
            "projection.TransactionManagers",
            "scan.AnnotatedClassScanner",
            "scan.ClassScan",
            "scan.ScannedPackages",
            "subscription.HandlerContributor",
            "subscription.HandlerContributor$Contribution");

    private static DescribedPredicate<JavaClass> among(Set<String> names) {
        return DescribedPredicate.describe(
                "one of " + names,
                type -> names.contains(type.getName().substring("io.eventsource.autoconfigure.".length())));
    }

    @ArchTest
    static final ArchRule WHAT_IS_PUBLIC_IS_CONFIGURATION_PROPERTIES_AN_EXTENSION_POINT_OR_SHARED = classes()
            .that()
            .arePublic()
            .and(DescribedPredicate.not(PROPERTIES))
            .and(DescribedPredicate.not(among(EXTENSION_POINTS)))
            .and(DescribedPredicate.not(among(SHARED)))
            .should()
            .beAnnotatedWith(AutoConfiguration.class);

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.eventsource.autoconfigure.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule EVERYTHING_HAS_A_PACKAGE_OF_ITS_FEATURE = classes()
            .that()
            .doNotHaveSimpleName("package-info")
            .should()
            .resideInAPackage("io.eventsource.autoconfigure.*");

    @ArchTest
    static final ArchRule AUTO_CONFIGURATIONS_ARE_PUBLIC_AND_FINAL = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL)
            .andShould()
            .haveSimpleNameEndingWith("AutoConfiguration");

    @ArchTest
    static final ArchRule CLASSES_ARE_FINAL = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .should()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule BEAN_METHODS_ARE_PACKAGE_PRIVATE =
            methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate();

    @ArchTest
    static final ArchRule BEAN_METHODS_STAND_IN_AUTO_CONFIGURATIONS = methods()
            .that()
            .areAnnotatedWith(Bean.class)
            .should()
            .beDeclaredInClassesThat()
            .areAnnotatedWith(AutoConfiguration.class)
            .orShould()
            .beDeclaredInClassesThat()
            .areAnnotatedWith(ManagementContextConfiguration.class);

    /** The signature of such a method would have to be loaded before the condition could be looked at. */
    @ArchTest
    static final ArchRule NO_BEAN_METHOD_DEPENDS_ON_THE_PRESENCE_OF_A_CLASS =
            methods().that().areAnnotatedWith(Bean.class).should().notBeAnnotatedWith(ConditionalOnClass.class);

    /** The connections themselves, and why there are none, are the pool's. */
    @ArchTest
    static final ArchRule WHAT_WORKS_ON_THE_TABLES_IS_IN_THE_CORE = noClasses()
            .that()
            .resideOutsideOfPackage("io.eventsource.autoconfigure.pool")
            .and()
            .doNotHaveFullyQualifiedName("io.eventsource.autoconfigure.store.DatabaseFailure")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.postgresql..");
}
