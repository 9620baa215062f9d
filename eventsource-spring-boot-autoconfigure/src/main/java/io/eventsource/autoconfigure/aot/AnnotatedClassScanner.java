package io.eventsource.autoconfigure.aot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Finds annotated classes in the application's packages, those that {@code @SpringBootApplication} names. In an application that was
 * processed ahead of time, those that were found then.
 */
public final class AnnotatedClassScanner {

    private final ConfigurableBeanFactory beanFactory;
    private final Environment environment;

    /**
     * Creates a scanner.
     *
     * @param beanFactory knows the packages
     * @param environment decides on conditional classes
     */
    public AnnotatedClassScanner(ConfigurableBeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    /** Where the classes are listed that were found when the application was built. */
    static String listed(Class<? extends Annotation> annotation) {
        return "META-INF/eventsource/" + annotation.getName() + ".classes";
    }

    /**
     * Finds classes.
     *
     * @param annotation what they carry
     * @return the classes, by name
     */
    public List<? extends Class<?>> find(Class<? extends Annotation> annotation) {
        return names(annotation)
                .map(name -> ClassUtils.resolveClassName(name, beanFactory.getBeanClassLoader()))
                .toList();
    }

    private Stream<String> names(Class<? extends Annotation> annotation) {
        Resource list = new ClassPathResource(listed(annotation), beanFactory.getBeanClassLoader());
        return AotDetector.useGeneratedArtifacts() && list.exists() ? read(list).lines() : scan(annotation);
    }

    private static String read(Resource list) {
        try {
            return list.getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("Cannot read " + list, failure);
        }
    }

    private Stream<String> scan(Class<? extends Annotation> annotation) {
        ClassPathScanningCandidateComponentProvider scanner =
                new ClassPathScanningCandidateComponentProvider(false, environment) {
                    @Override
                    protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
                        // abstract classes and interfaces too: whoever uses them says what is wrong with that
                        return definition.getMetadata().isIndependent();
                    }
                };
        scanner.addIncludeFilter(new AnnotationTypeFilter(annotation, false));
        return packages(beanFactory).stream()
                .flatMap(each -> scanner.findCandidateComponents(each).stream())
                .map(definition -> String.valueOf(definition.getBeanClassName()))
                .distinct()
                .sorted();
    }

    private static List<String> packages(BeanFactory beanFactory) {
        return AutoConfigurationPackages.has(beanFactory) ? AutoConfigurationPackages.get(beanFactory) : List.of();
    }
}
