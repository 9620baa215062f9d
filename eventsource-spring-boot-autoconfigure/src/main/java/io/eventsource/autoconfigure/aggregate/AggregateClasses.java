package io.eventsource.autoconfigure.aggregate;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.Decider;
import io.eventsource.autoconfigure.scan.AnnotatedClassScanner;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;

/** Finds the classes that fold events: annotated aggregate classes in the application's packages, and beans that decide. */
final class AggregateClasses {

    private final ConfigurableListableBeanFactory beanFactory;
    private final Environment environment;

    AggregateClasses(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    List<? extends Class<?>> find() {
        return Stream.concat(objects().stream(), deciders().stream()).toList();
    }

    /** Annotated classes of aggregates as objects. */
    List<? extends Class<?>> objects() {
        return new AnnotatedClassScanner(beanFactory, environment)
                .find(AggregateType.class).stream()
                        .filter(AggregateRoot.class::isAssignableFrom)
                        .toList();
    }

    private List<Class<?>> deciders() {
        return Arrays.stream(beanFactory.getBeanNamesForType(Decider.class))
                .<Class<?>>map(name -> AutoProxyUtils.determineTargetClass(beanFactory, name))
                .filter(Objects::nonNull)
                // one that hides its class is checked when its repository is made
                .filter(type -> !type.isInterface())
                .toList();
    }
}
