package io.eventsource.autoconfigure.checks;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.DeciderRepository;
import io.eventsource.autoconfigure.scan.ScannedPackages;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.UnsatisfiedDependencyException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Says why there is no bean of a type of this library. */
@Order(RefusalFailureAnalyzer.SPECIAL)
final class MissingBeanFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

    /** What is switched off by a property, by its packages. */
    private static final List<Switch> SWITCHES = List.of(
            new Switch("io.eventsource.", "eventsource.enabled"),
            new Switch("io.eventsource.outbox.", "eventsource.outbox.enabled"),
            new Switch("io.eventsource.inbox.", "eventsource.inbox.enabled"),
            new Switch("io.eventsource.subscription.", "eventsource.subscriptions.enabled"),
            new Switch("io.eventsource.deadletter.", "eventsource.subscriptions.enabled"));

    private final ConfigurableListableBeanFactory beanFactory;
    private final Environment environment;

    MissingBeanFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
        this.beanFactory = (ConfigurableListableBeanFactory) beanFactory;
        this.environment = environment;
    }

    /**
     * A property that switches beans off.
     *
     * @param packages what the names of their types begin with
     * @param property its name
     */
    private record Switch(String packages, String property) {}

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        ResolvableType type = cause.getResolvableType();
        if (type == null
                || cause instanceof NoUniqueBeanDefinitionException
                || !type.toClass().getName().startsWith("io.eventsource.")) {
            return null;
        }
        return new FailureAnalysis(
                "%s needs a bean of the type '%s', and there is none.%n%n%s"
                        .formatted(whoNeedsIt(rootFailure), type, reason(type)),
                action(type),
                cause);
    }

    private static String whoNeedsIt(Throwable rootFailure) {
        String found = "The application";
        for (Throwable each = rootFailure; each != null; each = each.getCause()) {
            if (each instanceof UnsatisfiedDependencyException unsatisfied && unsatisfied.getInjectionPoint() != null) {
                found = unsatisfied
                        .getInjectionPoint()
                        .getMember()
                        .getDeclaringClass()
                        .getName();
            }
        }
        return found;
    }

    private @Nullable String off(ResolvableType type) {
        return SWITCHES.stream()
                .filter(each -> type.toClass().getName().startsWith(each.packages()))
                .map(Switch::property)
                .filter(property -> !environment.getProperty(property, Boolean.class, true))
                .findFirst()
                .orElse(null);
    }

    private String reason(ResolvableType type) {
        String off = off(type);
        if (off != null) {
            return "It is switched off by %s=false.".formatted(off);
        }
        if (beanFactory.getBeanNamesForType(DataSource.class, true, false).length == 0) {
            return "The application has no DataSource, so there is no event store.";
        }
        Class<?> argument = type.getGeneric(0).toClass();
        if (type.toClass() == AggregateRepository.class) {
            return argument.isAnnotationPresent(AggregateType.class)
                    ? "%s is in none of the packages that are searched for aggregates: %s."
                            .formatted(argument.getName(), packages())
                    : "%s has no @AggregateType.".formatted(argument.getName());
        }
        return type.toClass() == DeciderRepository.class
                ? "No bean implements Decider<%s>."
                        .formatted(Arrays.stream(type.getGenerics())
                                .map(each -> each.toClass().getSimpleName())
                                .collect(Collectors.joining(", ")))
                : "The configuration of this library has not made one.";
    }

    private String action(ResolvableType type) {
        String off = off(type);
        if (off != null) {
            return "Set %s=true, or do without the bean.".formatted(off);
        }
        if (beanFactory.getBeanNamesForType(DataSource.class, true, false).length == 0) {
            return "Set spring.datasource.url, or declare a DataSource bean.";
        }
        if (type.toClass() == AggregateRepository.class) {
            Class<?> aggregate = type.getGeneric(0).toClass();
            return aggregate.isAnnotationPresent(AggregateType.class)
                    ? "Set %s=%s, or move the class.".formatted(ScannedPackages.PROPERTY, aggregate.getPackageName())
                    : "Annotate it with @AggregateType(\"…\").";
        }
        return type.toClass() == DeciderRepository.class
                ? "Annotate the class of the decider with @Component and @AggregateType, and use its type arguments."
                : "Start with --debug and look for the type in the report of conditions.";
    }

    /** As they were noted: the bean that has them is gone with the start. */
    private Object packages() {
        return beanFactory.containsBeanDefinition(ClassCheck.BEAN)
                ? Objects.requireNonNullElse(
                        beanFactory.getBeanDefinition(ClassCheck.BEAN).getAttribute(ClassCheck.PACKAGES), List.of())
                : List.of();
    }
}
