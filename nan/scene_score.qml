<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
 <pipe>
  <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" classificationMin="0" classificationMax="1" nodataColor="">
   <rasterTransparency />
   <rastershader>
    <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" minimumValue="0" maximumValue="1">
     <item value="0" color="#440154" label="0 %" alpha="255" />
     <item value="0.25" color="#3b528b" label="25 %" alpha="255" />
     <item value="0.5" color="#21918c" label="50 %" alpha="255" />
     <item value="0.75" color="#5ec962" label="75 %" alpha="255" />
     <item value="1" color="#fde725" label="100 %" alpha="255" />
    </colorrampshader>
   </rastershader>
  </rasterrenderer>
  <rasterresampler maxOversampling="2" />
 </pipe>
 <blendMode>0</blendMode>
</qgis>
