package io.eventsource.autoconfigure.scan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Finds annotated classes in the {@linkplain ScannedPackages application's packages}. In an application that was processed ahead of
 * time, those that were found then.
 */
public final class AnnotatedClassScanner {

    private final ConfigurableListableBeanFactory beanFactory;
    private final Environment environment;

    /**
     * Creates a scanner.
     *
     * @param beanFactory knows the packages
     * @param environment decides on conditional classes
     */
    public AnnotatedClassScanner(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    /**
     * Where the classes are listed that were found when the application was built.
     *
     * @param annotation what they carry
     * @return the path of a resource
     */
    public static String listed(Class<? extends Annotation> annotation) {
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
        ClassScan scan = new ClassScan(beanFactory, environment);
        scan.addIncludeFilter(new AnnotationTypeFilter(annotation, false));
        return scan.names(new ScannedPackages(beanFactory, environment).all());
    }
}
