<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
 <pipe>
  <rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">
   <rasterTransparency />
   <colorPalette>
    <paletteEntry value="0" color="#bebebe" label="unclassified" alpha="255" />
    <paletteEntry value="1" color="#3b7dd8" label="water" alpha="255" />
    <paletteEntry value="2" color="#1b6b2f" label="forest" alpha="255" />
   </colorPalette>
  </rasterrenderer>
  <rasterresampler maxOversampling="2" />
 </pipe>
 <blendMode>0</blendMode>
</qgis>
