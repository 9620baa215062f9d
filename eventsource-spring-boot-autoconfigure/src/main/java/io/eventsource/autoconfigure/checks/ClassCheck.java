package io.eventsource.autoconfigure.checks;

import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.Decider;
import io.eventsource.autoconfigure.scan.ClassScan;
import io.eventsource.autoconfigure.scan.ScannedPackages;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.Projection;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;

/**
 * Names the classes in the application's packages that look as if they were used and are not: projections and deciders that are no beans,
 * aggregates without a type. Classes that a condition keeps out, and those of tests, are left alone.
 */
final class ClassCheck implements BeanFactoryPostProcessor {

    /** The name of its bean, whose definition notes the packages. */
    static final String BEAN = "eventSourceClassCheck";

    static final String PACKAGES = "eventsource.packages";

    private static final String PROPERTY = "eventsource.checks.unused-classes";

    private final Environment environment;

    ClassCheck(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        // what was built ahead of time was checked then, and a native image has nothing to search
        if (AotDetector.useGeneratedArtifacts()) {
            return;
        }
        ScannedPackages packages = new ScannedPackages(beanFactory, environment);
        Set<String> ofBeans = packages.ofBeans();
        if (beanFactory.containsBeanDefinition(BEAN)) {
            beanFactory.getBeanDefinition(BEAN).setAttribute(PACKAGES, packages.all());
        }
        List<String> findings = scan(beanFactory)
                .names(packages.all())
                .map(name -> finding(
                        ClassUtils.resolveClassName(name, beanFactory.getBeanClassLoader()), beanFactory, ofBeans))
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .toList();
        Findings.settle(environment, PROPERTY, "These classes would not be used", findings);
    }

    private ClassScan scan(ConfigurableListableBeanFactory beanFactory) {
        ClassScan scan = new ClassScan(beanFactory, environment);
        TypeExcludeFilter ofTests = new TypeExcludeFilter();
        ofTests.setBeanFactory(beanFactory);
        scan.addExcludeFilter(ofTests);
        scan.addExcludeFilter(
                (reader, factory) -> reader.getAnnotationMetadata().isAnnotated(Conditional.class.getName()));
        scan.addIncludeFilter(new AnnotationTypeFilter(Projection.class));
        scan.addIncludeFilter(new AnnotationTypeFilter(AggregateType.class, false));
        scan.addIncludeFilter(new AssignableTypeFilter(AggregateRoot.class));
        scan.addIncludeFilter((reader, factory) -> hasHandlers(reader.getAnnotationMetadata()));
        return scan;
    }

    private static boolean hasHandlers(AnnotationMetadata metadata) {
        return metadata.hasAnnotatedMethods(EventHandler.class.getName());
    }

    private static @Nullable String finding(
            Class<?> found, ConfigurableListableBeanFactory beanFactory, Set<String> ofBeans) {
        if (Modifier.isAbstract(found.getModifiers())) {
            return null;
        }
        if (AggregateRoot.class.isAssignableFrom(found)) {
            return found.isAnnotationPresent(AggregateType.class)
                    ? null
                    : "%s extends AggregateRoot and has no @AggregateType, so there is no repository for it. Annotate it with @AggregateType(\"…\")."
                            .formatted(found.getName());
        }
        if (found.isAnnotationPresent(AggregateType.class) && !Decider.class.isAssignableFrom(found)) {
            return "%s is annotated with @AggregateType, and neither extends AggregateRoot nor implements Decider. Let it do one of them, or remove the annotation."
                    .formatted(found.getName());
        }
        return EventHandlers.class.isAssignableFrom(found) ? null : unlessBean(found, beanFactory, ofBeans);
    }

    /** A projection or a decider, which has to be a bean. */
    private static @Nullable String unlessBean(
            Class<?> found, ConfigurableListableBeanFactory beanFactory, Set<String> ofBeans) {
        boolean component = AnnotatedElementUtils.hasAnnotation(found, Component.class);
        String name = ClassUtils.getPackageName(found);
        boolean searched = ofBeans.stream().anyMatch(each -> ScannedPackages.isBelow(name, each));
        // one that Spring has looked at and left out is left out on purpose
        if ((component && searched) || isBean(found, beanFactory)) {
            return null;
        }
        return component
                ? "%s is a component in none of the packages %s in which Spring looks for beans, so it is no bean and would %s. Add its package to @ComponentScan or scanBasePackages."
                        .formatted(found.getName(), ofBeans, would(found))
                : "%s is no bean and would %s. Annotate it with @Component, or declare it by a @Bean method."
                        .formatted(described(found), would(found));
    }

    private static boolean isBean(Class<?> found, ConfigurableListableBeanFactory beanFactory) {
        return beanFactory.getBeanNamesForType(found, true, false).length > 0;
    }

    private static String described(Class<?> found) {
        Projection projection = AnnotatedElementUtils.findMergedAnnotation(found, Projection.class);
        return projection != null
                ? "%s is annotated with @Projection(\"%s\"), but".formatted(found.getName(), projection.value())
                : found.getName();
    }

    private static String would(Class<?> found) {
        return Decider.class.isAssignableFrom(found) ? "get no repository" : "handle no event";
    }
}
